/** One log line at a time to stderr: level, subject, sentence, and details as JSON. Never to stdout, which carries documents. */
export interface Log {
  debug(sentence: string, details?: Record<string, unknown>): void
  info(sentence: string, details?: Record<string, unknown>): void
  warn(sentence: string, details?: Record<string, unknown>): void
  error(sentence: string, details?: Record<string, unknown>): void
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'
const order: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 }

/** `write` gets whole lines with their newline. */
export function createLog(level: LogLevel, write: (line: string) => void): Log {
  function say(of: Exclude<LogLevel, 'silent'>, sentence: string, details?: Record<string, unknown>): void {
    if (order[of] < order[level]) return
    const more = details && Object.keys(details).length > 0 ? ` ${JSON.stringify(details)}` : ''
    write(`${new Date().toISOString()} ${of.padEnd(5)} ${sentence}${more}\n`)
  }
  return {
    debug: (sentence, details) => say('debug', sentence, details),
    info: (sentence, details) => say('info', sentence, details),
    warn: (sentence, details) => say('warn', sentence, details),
    error: (sentence, details) => say('error', sentence, details),
  }
}
