/** Something asked of the app was not answered: why, and a way to ask again. */
import type { ReactNode } from 'react'
import { Notice } from './Notice.tsx'

export interface FailedReadingProps {
  /** null: nothing failed. */
  failure: string | null
  onAgain: () => void
  /** What is shown meanwhile. */
  children?: ReactNode
  /** Said at once to those who do not see it. */
  urgent?: boolean
  small?: boolean
}

export function FailedReading({ failure, onAgain, children, urgent = false, small = false }: FailedReadingProps) {
  if (failure === null) return null
  return (
    <Notice
      level="warning"
      urgent={urgent}
      title={failure}
      actions={
        <button type="button" className={small ? 'button button-small' : 'button'} onClick={onAgain}>
          Try again
        </button>
      }
    >
      {children}
    </Notice>
  )
}
