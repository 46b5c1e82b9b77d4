'use strict';
// Runs an unmodified AWS Lambda handler: asks the Runtime API for events, calls the handler, posts
// what it returns, calls back with or throws.
//
// Nothing but Node.js itself, version 12 and later. While a handler runs nothing of ours keeps the
// event loop alive, so that 'beforeExit' tells that the handler has nothing left to do.
//
// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API" and "Define Lambda function
// handler in Node.js".

const fs = require('fs');
const http = require('http');
const path = require('path');
const url = require('url');
const util = require('util');

const API = '/2018-06-01/runtime';
const EXIT_UNHANDLED_REJECTION = 128;
const EXIT_UNCAUGHT_EXCEPTION = 129;

class RuntimeApi {
  constructor(address) {
    const colon = address.lastIndexOf(':');
    // A connection that is free does not keep the event loop alive; one that waits does.
    this.options = {
      host: address.slice(0, colon),
      port: Number(address.slice(colon + 1)),
      agent: new http.Agent({ keepAlive: true, maxSockets: 1 }),
    };
  }

  async next() {
    const { status, headers, body } = await this.request('GET', '/invocation/next');
    if (status !== 200) throw new Error('the Runtime API answered ' + status + ': ' + body);
    return { headers, body: body.toString('utf8') };
  }

  post(where, body, errorType) {
    const headers = { 'Content-Type': 'application/json' };
    if (errorType) {
      headers['Lambda-Runtime-Function-Error-Type'] = errorType.replace(/[^\x20-\x7e]/g, '?');
    }
    return this.request('POST', where, Buffer.from(body), headers);
  }

  request(method, where, body, headers = {}) {
    return new Promise((resolve, reject) => {
      if (body) headers['Content-Length'] = body.length;
      const options = { ...this.options, method, path: API + where, headers };
      const request = http.request(options, (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => resolve({
          status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces),
        }));
      });
      request.setNoDelay(true);
      request.on('error', reject);
      request.end(body);
    });
  }
}

// What the platform says about a function that cannot be loaded or does not behave.
class PlatformError extends Error {
  constructor(kind, message, stack) {
    super(message);
    this.name = kind;
    if (stack) this.stack = stack;
  }
}

// Error objects are the handler's: their getters and toString() may throw. Source: the interface
// client that AWS publishes, which answers "handled" then.
function errorShape(error) {
  try {
    return shapeOf(error);
  } catch (unusual) {
    return {
      errorType: 'handled',
      errorMessage: 'callback called with Error argument, but there was a problem while ' +
        'retrieving one or more of its message, name, and stack',
      trace: [],
    };
  }
}

function shapeOf(error) {
  if (util.types.isNativeError(error) || error instanceof Error) {
    return {
      errorType: String(error.name), errorMessage: String(error.message),
      trace: String(error.stack || '').split('\n'),
    };
  }
  return {
    errorType: typeof error,
    errorMessage: error.toString(),
    trace: [],
  };
}

// ---- the log ----

let requestId;  // undefined while the handler is loaded

function writeLine(level, text) {
  const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${text}`;
  process.stdout.write(line.replace(/\n/g, '\r') + '\n');
}

function setUpConsole() {
  const levels = {
    log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE',
    fatal: 'FATAL',
  };
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...values) => writeLine(level, util.format(...values));
  }
}

function logError(title, error) {
  const { errorType, errorMessage, trace } = errorShape(error);
  let text;
  try {
    const more = error && typeof error === 'object' ? error : {};
    text = JSON.stringify({ errorType, errorMessage, ...more, stack: trace });
  } catch (unusual) {  // circular, or a getter that throws
    text = JSON.stringify({ errorType, errorMessage, stack: trace });
  }
  writeLine('ERROR', title + ' \t' + text);
}

// ---- loading ----

function isEsModule(file) {
  if (file.endsWith('.mjs')) return true;
  if (!file.endsWith('.js')) return false;
  for (let directory = path.dirname(file);; directory = path.dirname(directory)) {
    const description = path.join(directory, 'package.json');
    if (fs.existsSync(description)) {
      return JSON.parse(fs.readFileSync(description, 'utf8')).type === 'module';
    }
    if (path.dirname(directory) === directory) return false;
  }
}

function isFile(name) {
  try {
    return fs.statSync(name).isFile();
  } catch (absent) {
    return false;
  }
}

async function loadModule(root, directory, name) {
  const base = path.resolve(root, directory, name);
  const file = [base, base + '.js', base + '.mjs', base + '.cjs'].find(isFile);
  try {
    if (file) {
      return isEsModule(file) ? await import(url.pathToFileURL(file).href) : require(file);
    }
    const wanted = directory ? path.join(directory, name) : name;
    return require(require.resolve(wanted, { paths: [root, path.join(root, directory)] }));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new PlatformError('Runtime.UserCodeSyntaxError', String(error), error.stack);
    }
    if (error && (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND')) {
      throw new PlatformError('Runtime.ImportModuleError', 'Error: ' + error.message);
    }
    throw error;
  }
}

async function loadHandler(root, text) {
  if (text.includes('..')) {
    throw new PlatformError('Runtime.MalformedHandlerName',
      "'" + text + "' is not a valid handler name: it may not lead upwards ('..')");
  }
  const base = path.basename(text);
  const directory = text.slice(0, text.length - base.length);
  const dot = base.indexOf('.');
  if (dot <= 0 || dot === base.length - 1) {
    throw new PlatformError('Runtime.MalformedHandlerName', 'Bad handler');
  }
  let handler = await loadModule(root, directory, base.slice(0, dot));
  for (const name of base.slice(dot + 1).split('.')) {
    handler = handler === undefined || handler === null ? undefined : handler[name];
  }
  if (handler === undefined || handler === null) {
    throw new PlatformError('Runtime.HandlerNotFound', text + ' is undefined or not exported');
  }
  if (typeof handler !== 'function') {
    throw new PlatformError('Runtime.HandlerNotFound', text + ' is not a function');
  }
  const version = /nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV || '');
  if (version && Number(version[1]) >= 24 && handler.length > 2) {
    throw new PlatformError('Runtime.CallbackHandlerDeprecated',
      'handlers with a callback are not supported from Node.js 24 on: make it an async function');
  }
  return handler;
}

// ---- one event ----

function makeContext(headers, settle) {
  // The text is UTF-8, and Node.js reads headers as latin1.
  const json = (text) => (
    text ? JSON.parse(Buffer.from(text, 'latin1').toString('utf8')) : undefined);
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: json(headers['lambda-runtime-client-context']),
    identity: json(headers['lambda-runtime-cognito-identity']),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
    succeed: (result) => settle(null, result),
    fail: (error) => settle(error === undefined || error === null ? 'handled' : error),
    done: (error, result) => settle(error, result),
  };
  return context;
}

class Invocation {
  constructor(headers, body) {
    this.headers = headers;
    this.body = body;
    this.isPromised = false;
    this.calledBack = null;  // {error, result}, until the event loop is empty
    this.answer = new Promise((resolve) => { this.resolve = resolve; });
  }

  run(handler) {
    let context;
    const settle = (error, result) => {
      this.finish(error, result);  // context.done() and the like do not wait
    };
    const callback = (error, result) => {
      if (this.isPromised) return;
      if (!context.callbackWaitsForEmptyEventLoop) return this.finish(error, result);
      if (!this.calledBack) this.calledBack = { error, result };
    };
    try {
      context = makeContext(this.headers, settle);
      const returned = handler(JSON.parse(this.body), context, callback);
      if (returned && typeof returned.then === 'function') {
        this.isPromised = true;
        returned.then((result) => this.finish(null, result), (error) => this.fail(error));
      }
    } catch (error) {
      this.fail(error);
    }
  }

  finish(error, result) {
    if (error !== undefined && error !== null) return this.fail(error);
    let text;
    try {
      text = JSON.stringify(result === undefined ? null : result);
    } catch (unusual) {
      return this.fail(new PlatformError('Runtime.MarshalError',
        'Unable to stringify response body: ' + unusual.message));
    }
    this.resolve({ body: text === undefined ? 'null' : text });
  }

  fail(error) {
    this.resolve({ error, title: 'Invoke Error' });
  }

  onLoopEmpty() {
    if (this.calledBack) return this.finish(this.calledBack.error, this.calledBack.result);
    if (!this.isPromised) return this.finish(null, null);
    this.fail(new PlatformError('Runtime.NodeJsExit',
      'nothing is left to be done, and the promise of the handler is not settled'));
  }
}

let current = null;  // the invocation that runs

async function serve(api, handler) {
  for (;;) {
    const { headers, body } = await api.next();
    requestId = headers['lambda-runtime-aws-request-id'];
    const trace = headers['lambda-runtime-trace-id'];
    if (trace) process.env._X_AMZN_TRACE_ID = trace;
    else delete process.env._X_AMZN_TRACE_ID;
    current = new Invocation(headers, body);
    current.run(handler);
    const answer = await current.answer;
    current = null;
    const where = '/invocation/' + requestId;
    if (!('error' in answer)) {
      await api.post(where + '/response', answer.body);
      continue;
    }
    const shape = errorShape(answer.error);
    logError(answer.title, answer.error);
    await api.post(where + '/error', JSON.stringify(shape), shape.errorType);
    if (answer.exitCode) process.exit(answer.exitCode);
  }
}

function watchProcess() {
  process.on('beforeExit', () => {
    if (current) current.onLoopEmpty();
  });
  const end = (error, title, exitCode) => {
    if (current) return current.resolve({ error, title, exitCode });
    logError(title, error);
    process.exit(exitCode);
  };
  process.on('uncaughtException', (error) => {
    end(error, 'Uncaught Exception', EXIT_UNCAUGHT_EXCEPTION);
  });
  process.on('unhandledRejection', (reason) => {
    const { errorMessage, errorType, trace } = errorShape(reason);
    const error = new PlatformError('Runtime.UnhandledPromiseRejection',
      trace.length ? errorType + ': ' + errorMessage : errorMessage,
      trace.length ? trace.join('\n') : undefined);
    end(error, 'Unhandled Promise Rejection', EXIT_UNHANDLED_REJECTION);
  });
}

async function main() {
  setUpConsole();
  const api = new RuntimeApi(process.env.AWS_LAMBDA_RUNTIME_API);
  const root = process.env.LAMBDA_TASK_ROOT || process.cwd();
  let handler;
  try {
    handler = await loadHandler(root, process.env._HANDLER || '');
  } catch (error) {
    const shape = errorShape(error);
    logError('Uncaught Exception', error);
    await api.post('/init/error', JSON.stringify(shape), shape.errorType);
    process.exit(1);
  }
  watchProcess();
  try {
    await serve(api, handler);
  } catch (error) {
    process.exit(0);  // the server has ended this instance
  }
}

main();
