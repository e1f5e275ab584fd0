export { chooseBase, differs, sharedSnapshots, type BaseChoice, type Shared } from "./base.ts";
export { brakeChain, brakePool, type Scale } from "./brakes.ts";
export { planChain, planRemovals, type ChainInput, type ChainPlan, type Removal, type Transfer } from "./chain.ts";
export { findCollisions, type Collisions } from "./collisions.ts";
export { refusedAfter } from "./recount-brakes.ts";
export { recordIntervals } from "./intervals.ts";
export { recount, type Recount } from "./counts.ts";
export { snapshotNames } from "./due.ts";
export { doubtListing } from "./doubt.ts";
export { explainDisk } from "./explain.ts";
export type * from "./facts.ts";
export { chainHeldBecause, heldBecause } from "./holds.ts";
export { judgeDisk, pointOf, type Judged } from "./judge.ts";
export { mergeProfiles, type Merged } from "./profiles-answer.ts";
export { newestTime } from "./newest.ts";
export { ownerOf } from "./owner.ts";
export { candidatesOf, failuresOf, planRun, type Candidate } from "./run.ts";
export { selectDisk } from "./select.ts";
export {
  GONE_AFTER,
  GONE_RUNS,
  isConfirmedGone,
  liesElsewhere,
  mayHide,
  stateOfClosed,
  stateOfMissing,
  unownedImageOf,
  type State,
} from "./state.ts";
export { comparedSince, isVerified } from "./verified.ts";
export { describeAlarm, judgeVolume, unmeasuredOf, untoldOf, usualVolume, volumeOf, type Untold } from "./volume.ts";
