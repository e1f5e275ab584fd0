/** How fast bytes went lately: an average over time in which the last ten seconds weigh most. */
export interface Rate {
  /** Decayed bytes. */
  readonly bytes: number;
  /** Decayed seconds. */
  readonly seconds: number;
  /** Epoch ms up to which both are counted. */
  readonly at: number;
  /** Bytes that came without any time passing; they count with the next step. */
  readonly pending: number;
}

const MEMORY = 10;
/** Progress comes about once a second; only a silence longer than this is a stall. */
const PATIENCE = 3;

export function startRate(at: number): Rate {
  return { bytes: 0, seconds: 0, at, pending: 0 };
}

/** `bytes` more since the last call. */
export function addBytes(rate: Rate, at: number, bytes: number): Rate {
  const passed = (at - rate.at) / 1000;
  const added = rate.pending + bytes;
  if (passed <= 0) return { ...rate, pending: added };
  const decay = Math.exp(-passed / MEMORY);
  const weight = MEMORY * (1 - decay);
  return {
    bytes: rate.bytes * decay + (added / passed) * weight,
    seconds: rate.seconds * decay + weight,
    at,
    pending: 0,
  };
}

/** Bytes per second, undefined until any time has passed. */
export function perSecond(rate: Rate, now: number): number | undefined {
  const silent = now - rate.at > PATIENCE * 1000;
  const { bytes, seconds } = silent ? addBytes(rate, now, 0) : rate;
  return seconds > 0 ? bytes / seconds : undefined;
}
