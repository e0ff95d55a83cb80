const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;

/** 64-bit FNV-1a of a text as 16 hex digits: spreads names, protects nothing. Source: isthe.com/chongo/tech/comp/fnv. */
export function hashHex(text: string): string {
  let hash = FNV_OFFSET;
  for (const byte of new TextEncoder().encode(text)) {
    hash = ((hash ^ BigInt(byte)) * FNV_PRIME) & MASK;
  }
  return hash.toString(16).padStart(16, '0');
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
