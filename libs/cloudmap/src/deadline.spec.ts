import { jest } from '@jest/globals';
import { Deadline } from './deadline.js';

describe('Deadline', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('cuts the call off as a timeout when its time is up', () => {
    const deadline = new Deadline(1000, []);
    jest.advanceTimersByTime(999);
    expect(deadline.cutOff).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(deadline.cutOff).toBe('timeout');
    expect(deadline.signal.aborted).toBe(true);
  });

  it('stands still while it is paused', () => {
    const deadline = new Deadline(1000, []);
    jest.advanceTimersByTime(600);
    deadline.pause();
    jest.advanceTimersByTime(60_000);
    expect(deadline.cutOff).toBeUndefined();
    deadline.resume();
    jest.advanceTimersByTime(399);
    expect(deadline.cutOff).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(deadline.cutOff).toBe('timeout');
  });

  it('cuts the call off as stopped when a given signal is aborted, before or later, paused or not', () => {
    expect(new Deadline(1000, [AbortSignal.abort()]).cutOff).toBe('stopped');
    const controller = new AbortController();
    const deadline = new Deadline(1000, [new AbortController().signal, controller.signal]);
    deadline.pause();
    controller.abort();
    expect(deadline.cutOff).toBe('stopped');
    jest.advanceTimersByTime(5000);
    expect(deadline.cutOff).toBe('stopped');
  });

  it('leaves neither timer nor listener once it has ended', () => {
    const controller = new AbortController();
    const deadline = new Deadline(1000, [controller.signal]);
    deadline.end();
    expect(jest.getTimerCount()).toBe(0);
    controller.abort();
    expect(deadline.cutOff).toBeUndefined();
  });
});
