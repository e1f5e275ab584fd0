/** What OpenSSL and Node say when a handshake fails, and what it means for whoever wrote the configuration. */
const MEANINGS: readonly (readonly [said: RegExp, means: string])[] = [
  [/certificate has expired/, "its certificate has expired"],
  [/certificate is not yet valid/, "its certificate is not valid yet"],
  [/does not match certificate's altnames/, "its certificate is for another name"],
  [
    /self.signed certificate|unable to (?:verify|get)/,
    "nobody known here vouches for its certificate (ca_file names who does)",
  ],
  [
    /alert (?:certificate|bad certificate|unknown ca|handshake failure)/,
    "it does not take the certificate it was shown, or wants one (mtls names it)",
  ],
  [/socket hang up|socket disconnected|ECONNRESET/, "it hung up, as one does that wants another certificate (mtls)"],
  [/wrong version number|packet length too long/, "it does not speak TLS there"],
];

/** The same error in one line, with what was said behind it. */
export function inWords(error: Error): Error {
  const said = error.message.trim();
  const [, means] = MEANINGS.find(([pattern]) => pattern.test(said)) ?? [];
  return means === undefined ? error : new Error(`${means}: ${reasonIn(said)}`, { cause: error });
}

/** `0A:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../ssl.c:1605:SSL alert number 116` */
function reasonIn(said: string): string {
  return /SSL routines:[^:]*:([^:]+):/.exec(said)?.[1] ?? said;
}
