// Jest's environment for Node, with one difference: its global object is a plain one. The original puts a Proxy there, to
// clean up after a file; then each use of Array, Math, Promise or Map costs a hundred times what it costs anywhere else,
// and most suites take twice as long. What a file leaves behind ends with its worker.
import { TestEnvironment } from 'jest-environment-node';
import vm from 'node:vm';
import './jest-compile-once.mjs';

const { createContext } = vm;

export default class PlainGlobalEnvironment extends TestEnvironment {
  constructor(config, context) {
    let madeCount = 0;
    vm.createContext = () => {
      madeCount += 1;
      return createContext(vm.constants.DONT_CONTEXTIFY);
    };
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
    if (madeCount !== 1) throw new Error('jest-environment-node makes its context in another way than it did');
  }
}
