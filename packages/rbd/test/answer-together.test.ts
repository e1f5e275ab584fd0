import { expect, test } from "vitest";
import { answerTogether } from "../src/answer-together.ts";

function openQuestion() {
  const answers: PromiseWithResolvers<number>[] = [];
  const ask = answerTogether(() => {
    const answer = Promise.withResolvers<number>();
    answers.push(answer);
    return answer.promise;
  });
  const begun = async (count: number): Promise<void> => {
    while (answers.length < count) await new Promise(setImmediate);
  };
  return { answers, ask, begun };
}

test("those who ask at once get one answer; those who ask while it is under way get the next, all of them", async () => {
  const { answers, ask, begun } = openQuestion();
  const first = [ask(), ask()];
  await begun(1);
  const later = [ask(), ask(), ask()];
  await new Promise(setImmediate);
  expect(answers).toHaveLength(1);
  answers[0]!.resolve(1);
  await begun(2);
  answers[1]!.resolve(2);
  expect(await Promise.all([...first, ...later])).toEqual([1, 1, 2, 2, 2]);
  expect(answers).toHaveLength(2);
});

test("a failure is that of those who asked for it", async () => {
  const { answers, ask, begun } = openQuestion();
  const first = ask();
  await begun(1);
  const later = ask();
  answers[0]!.reject(new Error("no"));
  await expect(first).rejects.toThrow("no");
  await begun(2);
  answers[1]!.resolve(2);
  expect(await later).toBe(2);
});
