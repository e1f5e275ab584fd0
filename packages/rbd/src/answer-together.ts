/**
 * One answer for all who ask while an older question is under way: everybody gets one that is younger than the question,
 * and a wave of them costs a handful of processes.
 */
export function answerTogether<T>(ask: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;

  async function begin(): Promise<T> {
    await underWay.catch(() => undefined);
    next = undefined;
    const answer = ask();
    underWay = answer;
    return answer;
  }

  return () => (next ??= begin());
}
