import { describeSuspect, type Marks } from "@backurne/model";

/** What whoever takes anything out of a backup should know. He gets it all the same: it may be all that is left. */
export function doubtsOf({ suspect, unproved, unreadable }: Marks): readonly string[] {
  return [
    ...(unreadable === undefined
      ? []
      : [
          `nobody knows whether it was found to differ from its source: the mark ${unreadable}, which is not what we write`,
        ]),
    ...(suspect === undefined ? [] : [`it may differ from its source: ${describeSuspect(suspect)}`]),
    ...(unproved === undefined ? [] : ["it was the old tool's, and never compared with its source"]),
  ];
}
