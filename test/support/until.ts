/** Looks until there is something; fails with what was waited for. For events of other processes, never for luck. */
export async function until<Result>(
  what: string,
  look: () => Result | undefined | Promise<Result | undefined>,
  timeoutMs = 30_000,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await look();
    if (result !== undefined) return result;
    if (performance.now() > deadline) throw new Error(`waited ${String(timeoutMs)} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
