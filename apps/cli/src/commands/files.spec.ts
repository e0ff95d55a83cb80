import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readVersion } from '../version.js';
import { systemFiles } from './files.js';

describe('files of this machine', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-cli-'));
    await writeFile(join(folder, 'package.json'), '{ "version": "9.8.7" }');
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it('are read as text, or answered with a reason', async () => {
    const read = async (...path: string[]) => systemFiles.read(join(folder, ...path));
    await expect(read('package.json')).resolves.toMatchObject({ ok: true, value: '{ "version": "9.8.7" }' });
    await expect(read('nothing')).resolves.toEqual({ ok: false, error: 'it does not exist' });
    await expect(read('.')).resolves.toEqual({ ok: false, error: 'it is a folder' });
  });

  it('are replaced as a whole, with their rights and behind their links', async () => {
    const [file, link] = [join(folder, 'a.yaml'), join(folder, 'link.yaml')];
    await writeFile(file, 'old', { mode: 0o640 });
    await symlink(file, link);
    await systemFiles.replace(link, 'new');
    expect(await readFile(file, 'utf8')).toBe('new');
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    await expect(systemFiles.replace(join(folder, 'nothing'), 'x')).rejects.toThrow('ENOENT');
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('give the version from the package around a folder, however deep', () => {
    expect(readVersion(join(folder, 'dist', 'apps'))).toBe('9.8.7');
  });
});
