import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { Redis } from 'ioredis';
import pino from 'pino';
import { inner } from '../../../libs/model/src/inner.js';
import { testing } from '../../../libs/testing/src/index.js';
import { serve } from '../../hub/src/serve.js';

export const main = [Injectable, Redis, pino, inner, serve, testing];
