import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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

  it('give the version from the package around a folder, however deep', () => {
    expect(readVersion(join(folder, 'dist', 'apps'))).toBe('9.8.7');
  });
});
