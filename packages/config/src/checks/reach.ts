import { fieldsOf, listOf } from "../fields.ts";
import type { Fields } from "../fields.ts";
import { clustersOf } from "./finding.ts";
import type { Finding, NumberedCluster } from "./finding.ts";

const PLACEHOLDER = "%HELPERNAME%";

/** There is exactly one way to every cluster. */
export function* checkReach(root: Fields): Iterable<Finding> {
  for (const cluster of clustersOf(root)) {
    if (cluster.fields.type === "plain") yield* checkPlain(cluster);
    if (cluster.fields.type === "proxmox") yield* checkProxmox(cluster);
  }
}

function* checkPlain({ path, fields }: NumberedCluster): Iterable<Finding> {
  const { fqdn, use_helper: use, get_helper: get, ssh } = fields;
  if (fqdn === undefined && use === undefined) yield { path, message: "needs fqdn or use_helper" };
  if (fqdn !== undefined && use !== undefined) {
    yield { path: [...path, "use_helper"], message: "there is fqdn already; one of them is enough", at: "key" };
  }
  if (use !== undefined && fqdn === undefined && ssh !== undefined) {
    yield { path: [...path, "ssh"], message: "is of no use with use_helper", at: "key" };
  }
  if (get !== undefined && use === undefined) {
    yield { path: [...path, "get_helper"], message: "is of no use without use_helper", at: "key" };
  }
  if (use === undefined) return;
  const wanted = [fieldsOf(use).cmd, ...listOf(fieldsOf(use).args)].some((word) => String(word).includes(PLACEHOLDER));
  if (wanted && get === undefined) {
    yield {
      path: [...path, "use_helper"],
      message: `needs get_helper, whose output replaces ${PLACEHOLDER}`,
      at: "key",
    };
  }
  if (get !== undefined && !wanted) {
    yield {
      path: [...path, "get_helper"],
      message: `its output would replace ${PLACEHOLDER}, but use_helper has none`,
      at: "key",
    };
  }
}

function* checkProxmox({ path, fields }: NumberedCluster): Iterable<Finding> {
  const given = (keys: readonly string[]) => keys.filter((key) => fields[key] !== undefined);
  const password = given(["password", "password_file"]);
  const secret = given(["token_secret", "token_secret_file"]);
  const user = given(["user"]).length + password.length > 0;
  const token = given(["token_id"]).length + secret.length > 0;
  if (!user && !token) yield { path, message: "needs user and password_file, or token_id and token_secret_file" };
  if (user && token) yield { path, message: "has a user and a token; one of them is enough" };
  if (user && !token && fields.user === undefined) yield { path, message: "has a password but no user" };
  if (user && !token && password.length === 0) yield { path, message: "has a user but no password or password_file" };
  if (token && !user && fields.token_id === undefined) yield { path, message: "has a token_secret but no token_id" };
  if (token && !user && secret.length === 0)
    yield { path, message: "has a token_id but no token_secret or token_secret_file" };
}
