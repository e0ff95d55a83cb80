/** Epoch ms as Kubernetes writes a time: RFC 3339, UTC, whole seconds. */
export function rfc3339(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** Epoch ms as the `Date` header writes it. Source: RFC 9110, 5.6.7. */
export function httpDate(epochMs: number): string {
  return new Date(epochMs).toUTCString();
}
