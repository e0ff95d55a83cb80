// Jest compiles every module anew for every test file. In one worker the same text is compiled once from here on: V8
// finds a function again if nothing of it is bound to its caller, and a module by what it made of it the first time.
import vm from 'node:vm';

const { compileFunction, SourceTextModule } = vm;
const compiled = new Map();

/** A text that imports nothing while it runs needs nobody to ask, and without one V8 may take what it has. */
vm.compileFunction = (code, parameters, { importModuleDynamically, ...options } = {}) => {
  const asks = importModuleDynamically !== undefined && /\bimport\s*\(/.test(code);
  return compileFunction(code, parameters, asks ? { ...options, importModuleDynamically } : options);
};

vm.SourceTextModule = class extends SourceTextModule {
  constructor(code, options) {
    super(code, { ...options, cachedData: compiled.get(code) });
    if (!compiled.has(code)) compiled.set(code, this.createCachedData());
  }
};
