import { BackurneError, parseMarks, type Marks } from "@backurne/model";
import type { House } from "./house.ts";

/** undefined: no such image. @throws BackurneError: nothing can be decided from marks that nobody understands. */
export async function readMarks(image: string, { backup }: Pick<House, "backup">): Promise<Marks | undefined> {
  const metadata = await backup.metadata(image);
  if (!metadata) return undefined;
  const marks = parseMarks(metadata);
  if (marks.unreadable === undefined) return marks;
  throw new BackurneError("unexpected", `${image}: the mark ${marks.unreadable}, which is not what we write`, {
    hint: "it was changed by hand; compare it with the marks of another image",
  });
}
