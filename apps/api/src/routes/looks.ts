import { describeError } from "@backurne/model";
import { judgePrecheck, unknownStatus } from "@backurne/reports";
import { check as checkDocument, diagnosis, precheck as precheckDocument } from "@backurne/reports/schemas";
import { loadPrecheck } from "backurne/check";
import { endpoint } from "../endpoint.ts";

const checked = endpoint({
  method: "get",
  path: "/check",
  scope: "read",
  summary: "What the last precheck of this host stored, judged now, as `backurne check`",
  answer: checkDocument,
  async run(_, { settings, now }) {
    try {
      return judgePrecheck(await loadPrecheck({ env: {}, stateDir: settings.stateDir }), now());
    } catch (error) {
      return unknownStatus(describeError(error));
    }
  },
});

const prechecked = endpoint({
  method: "post",
  path: "/check",
  scope: "backup",
  summary: "Look for everything that is wrong with the backups, store it and tell of it, as `backurne precheck`",
  answer: precheckDocument,
  run: (_, { precheck }) => precheck(),
});

// It takes a lock to learn what the cluster's clock says: a look by GET leaves no trace.
const examined = endpoint({
  method: "post",
  path: "/diagnosis",
  scope: "backup",
  summary:
    "Look before anything breaks, as `backurne doctor`; what it could put right is put right at the command line",
  answer: diagnosis,
  run: (_, { backurne, reads }) => reads.share("diagnosis", () => backurne.examine()),
});

export const lookRoutes = [checked, prechecked, examined];
