import { printable, type MailSettings } from "@backurne/model";
import type { Notice } from "./notices.ts";
import { authorities } from "./post.ts";
import { inWords } from "./tls-words.ts";

/** ms */
const PATIENCE = 20_000;
/** Lines of one kind; the rest is counted. */
const LINES = 50;

/** @throws Error: the server did not take it. */
export async function sendMail(settings: MailSettings, notice: Notice): Promise<void> {
  // Loaded by the few who send.
  const { createTransport } = await import("nodemailer");
  const { host, port, tls, login, caFile, from, to } = settings;
  const transport = createTransport({
    host,
    port,
    secure: tls === "wrapped",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "off",
    ...(login && { auth: { user: login.user, pass: login.password } }),
    tls: { ca: await authorities(caFile) },
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: printable(notice.subject),
      text: describeNotice(notice),
      headers: { "auto-submitted": "auto-generated" },
    });
  } catch (error) {
    throw inWords(error as Error);
  } finally {
    transport.close();
  }
}

/** For people: what is new first, each kind under its title. */
export function describeNotice({ fresh, lasting, over, summary }: Notice): string {
  const parts = [
    ...(summary === undefined ? [] : [summary, ""]),
    ...part("NEW", fresh),
    ...part("STILL", lasting),
    ...part("OVER", over),
  ];
  return `${parts.map(printable).join("\n")}\n`;
}

function part(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length - LINES;
  return [title, ...lines.slice(0, LINES).map((line) => `  ${line}`), ...(more > 0 ? [`  and ${more} more`] : []), ""];
}
