/** Something the user should know: a problem with its remedy, a notice, a refusal. */
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import { Words } from './Words.tsx'

export type NoticeLevel = 'info' | 'warning' | 'error'
const words: Record<NoticeLevel, string> = { info: 'Note', warning: 'Warning', error: 'Problem' }

export interface NoticeProps {
  level: NoticeLevel
  title: ReactNode
  children?: ReactNode
  actions?: ReactNode
  /** Read out at once when it appears. */
  urgent?: boolean
}

export function Notice({ level, title, children, actions, urgent = false }: NoticeProps) {
  return (
    <div className={`notice notice-${level}`} role={urgent ? 'alert' : undefined}>
      <Icon name={level === 'info' ? 'info' : 'warning'} />
      <div className="notice-text">
        <p className="notice-title">
          <span className="visually-hidden">{words[level]}: </span>
          {title}
        </p>
        {children ? <div className="notice-more">{children}</div> : null}
      </div>
      {actions ? <div className="notice-actions">{actions}</div> : null}
    </div>
  )
}

export function ProblemNotice({ problem, level = 'warning', actions }: { problem: { sentence: string; remedy: string | null }; level?: NoticeLevel; actions?: ReactNode }) {
  return (
    <Notice level={level} title={<Words text={problem.sentence} />} actions={actions}>
      {problem.remedy ? <p><Words text={problem.remedy} /></p> : null}
    </Notice>
  )
}
