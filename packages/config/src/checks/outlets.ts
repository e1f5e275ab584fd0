import { isFields, type Fields } from "../fields.ts";
import type { Finding } from "./finding.ts";

/** Where lines go needs to be known, and who is told needs a way to be. */
export function* checkOutlets({ report_time: where, influxdb, notify }: Fields): Iterable<Finding> {
  if (where === "influxdb" && influxdb === undefined) {
    yield { path: ["report_time"], message: "needs the section influxdb", at: "value" };
  }
  if (isFields(influxdb)) {
    if (influxdb.url === undefined && influxdb.host === undefined)
      yield { path: ["influxdb"], message: "needs url or host" };
    const second = influxdb.org !== undefined && influxdb.bucket !== undefined;
    if ((influxdb.db === undefined) === !second) yield { path: ["influxdb"], message: "needs db, or org and bucket" };
  }
  if (isFields(notify) && [notify.mail, notify.webhook, notify.command].every((way) => way === undefined)) {
    yield { path: ["notify"], message: "needs mail, webhook or command" };
  }
  if (isFields(notify) && isFields(notify.webhook)) {
    const { url, mtls } = notify.webhook;
    if (mtls !== undefined && typeof url === "string" && /^http:/i.test(url)) {
      yield { path: ["notify", "webhook", "mtls"], message: "is shown over https only, and url begins with http:" };
    }
  }
}
