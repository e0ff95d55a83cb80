/** Upper and lower 32 bits of the offset basis, and the prime without its bit 40. */
const FNV_OFFSET = { high: 0xcbf29ce4, low: 0x84222325 } as const;
const FNV_PRIME = 0x1b3;
const TWO_32 = 0x100000000;
const encoder = new TextEncoder();

/** 64-bit FNV-1a of a text as 16 hex digits: spreads names, protects nothing. Source: isthe.com/chongo/tech/comp/fnv. */
export function hashHex(text: string): string {
  let { high, low }: { high: number; low: number } = FNV_OFFSET;
  for (const byte of encoder.encode(text)) {
    const mixed = (low ^ byte) >>> 0;
    const product = mixed * FNV_PRIME;
    low = product % TWO_32;
    high = (high * FNV_PRIME + (product - low) / TWO_32 + ((mixed << 8) >>> 0)) % TWO_32;
  }
  return `${hex(high)}${hex(low)}`;
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0');
}

/** A number in 0 … bound − 1 that a text always leads to. */
export function hashNumber(text: string, bound: number): number {
  return Number(BigInt(`0x${hashHex(text)}`) % BigInt(bound));
}

/** Sixteen characters of a–z and 0–9 that a text always leads to: the shape of Cloud Map's ids. */
export function hashId(text: string): string {
  const digits = BigInt(`0x${hashHex(`${text}#1`)}${hashHex(`${text}#2`)}`).toString(36);
  return digits.padStart(16, '0').slice(-16);
}
