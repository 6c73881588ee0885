/** Turns the system's error codes for files into words a user understands. */

const words: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'the system does not allow it',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: "the user's share of the disk is used up",
  EFBIG: 'the file would be too large for the disk',
  ENOTDIR: 'it, or a part of its path, is a file and not a folder',
  EISDIR: 'it is a folder, not a file',
  ENOENT: 'it does not exist, or a part of its path does not',
  EEXIST: 'something of that name is there already',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EBUSY: 'another program has it open',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk reports an error',
}

/** "the disk is full", for after "because". */
export function fileErrorWords(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (code !== undefined && words[code] !== undefined) return words[code]
  return code ?? (error instanceof Error ? error.message : String(error))
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return code !== undefined && codes.includes(code)
}
