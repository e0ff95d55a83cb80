/** The oldest Node.js that the HTTP client of the hub runs on (undici 8). */
const OLDEST = { major: 22, minor: 19 };

/** What to do when this version of Node.js is too old; undefined when it is not. */
export function refuseNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isSupported = major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
  if (isSupported) return undefined;
  return `isthmus needs Node.js ${OLDEST.major}.${OLDEST.minor} or newer, and this is ${version} → run it by \`npm run\`, which brings its own, or install Node.js 24`;
}
