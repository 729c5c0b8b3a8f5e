/** The same work on many things, a few at a time. The first failure ends it: nothing new is begun, and it is thrown. */

export async function runParallel<T>(
  items: readonly T[],
  jobCount: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  let failure: { error: unknown } | null = null
  const work = async (): Promise<void> => {
    while (next < items.length && failure === null) {
      const item = items[next++]
      try {
        await run(item)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobCount, items.length) }, work))
  if (failure !== null) throw (failure as { error: unknown }).error
}
