/** A word that explains itself on hover and on keyboard focus. */
import { Tooltip } from 'radix-ui'
import type { ReactNode } from 'react'

export function Hint({ text, children, className }: { text: ReactNode; children: ReactNode; className?: string }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button type="button" className={className ? `hint ${className}` : 'hint'}>
          {children}
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tooltip" sideOffset={6} collisionPadding={12}>
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
