export { PROGRAMS, type Call, type Fault, type Program, type Side } from "./fault.ts";
export { takeGateAway } from "./gateless.ts";
export { makeFaults, type Faults } from "./faults.ts";
export { holdingWith, waitUntil, type Hold, type Holding, type Point } from "./hold.ts";
export {
  afterImport,
  cutExport,
  during,
  endBehindRecord,
  failAfterExport,
  flipAt,
  flipBit,
  onExport,
  passRecords,
  swallow,
  unknownTag,
} from "./mishaps.ts";
export { quote } from "./quote.ts";
export { does, TROUBLES, type Trouble } from "./troubles.ts";
