import { flag, parseConfig, text, url } from '../config.ts'

const { config, faults } = parseConfig(
  {
    TEST_POSTGRES_URL: url({
      default: 'postgres://postgres@127.0.0.1:5432/postgres',
      protocols: ['postgres', 'postgresql'],
    }).describe('A PostgreSQL where tests may create databases and roles.'),
    TEST_RABBITMQ_URL: url({ default: 'amqp://guest:guest@127.0.0.1:5672', protocols: ['amqp'] }).describe(
      'A RabbitMQ broker for tests.',
    ),
    TEST_RABBITMQCTL: text({ default: '["rabbitmqctl"]' }).describe(
      'The words that run `rabbitmqctl` for that broker, as a JSON list.',
    ),
    TEST_REDIS_URL: url({ default: 'redis://127.0.0.1:6379', protocols: ['redis'] }).describe(
      'A Redis for tests.',
    ),
    TEST_DAPRD: text({ default: '' }).describe(
      'The daprd binary. Empty: the one that bootstrap has installed.',
    ),
    TEST_CHROMIUM: text({ default: '/usr/bin/chromium' }).describe('The browser of browser tests.'),
    TEST_PLATFORM_HOME: text({ default: '' }).describe(
      'The folder `.alta` of a running platform, for browser tests. Empty: they bring up one of their own.',
    ),
    TEST_CONSOLE_URL: text({ default: '' }).describe(
      'Where `pnpm -C services/console dev` serves the console, for whoever writes a page. Empty: the gateway.',
    ),
    TEST_WRITE_SCREENS: flag({ default: false }).describe('Browser tests write docs/screens.'),
  },
  process.env,
)
if (faults) throw new Error(`test settings: ${JSON.stringify(faults)}`)

/** Where tests find the real parts. `make test` sets these to what it found, started or installed. */
export const testConfig = config
