// Jest compiles every CommonJS module anew for every test file, its own ones first. V8 finds a function that it has
// compiled before if nothing of it is bound to its caller, so that one worker compiles each of them once from here on.
import vm from 'node:vm';

const { compileFunction } = vm;

/** A text that imports nothing while it runs needs nobody to ask, and without one V8 may take what it has. */
vm.compileFunction = (code, parameters, { importModuleDynamically, ...options } = {}) => {
  const asks = importModuleDynamically !== undefined && /\bimport\s*\(/.test(code);
  return compileFunction(code, parameters, asks ? { ...options, importModuleDynamically } : options);
};
