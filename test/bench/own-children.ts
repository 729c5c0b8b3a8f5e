/** Remembers the processes this benchmark has started, so that none of them outlives it, however it ends. */
import type { ChildProcess } from 'node:child_process'

const running = new Set<ChildProcess>()

export function ownChild<Child extends ChildProcess>(child: Child): Child {
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

export function killOwnChildren(): void {
  for (const child of running) child.kill('SIGKILL')
}
