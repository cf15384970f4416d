import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { inject } from 'vitest'

/** Hands a mail to the catcher of the platform under test, as any program of this machine may. */
export async function sendMail(mail: {
  to: string
  subject: string
  text: string
  html: string
}): Promise<void> {
  const ports = JSON.parse(readFileSync(join(inject('home'), 'ports.json'), 'utf8'))
  const socket = connect(ports['mail.smtp'], '127.0.0.1')
  await once(socket, 'connect')
  const replies = createInterface({ input: socket })[Symbol.asyncIterator]()
  const expectReply = async (code: string) => {
    for (;;) {
      const { value = '' } = await replies.next()
      if (!value.startsWith(code)) throw new Error(`the catcher said ${value}`)
      // A dash says that more lines follow.
      if (value[3] !== '-') return
    }
  }
  const say = async (words: string, code: string) => {
    socket.write(`${words}\r\n`)
    await expectReply(code)
  }
  const part = (type: string, body: string) =>
    `--part\r\ncontent-type: ${type}; charset=utf-8\r\ncontent-transfer-encoding: base64\r\n\r\n` +
    `${Buffer.from(body).toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`
  try {
    await expectReply('220')
    await say('EHLO tests.example.org', '250')
    await say('MAIL FROM:<stranger@example.net>', '250')
    await say(`RCPT TO:<${mail.to}>`, '250')
    await say('DATA', '354')
    const head =
      `from: A stranger <stranger@example.net>\r\nto: <${mail.to}>\r\nsubject: ${mail.subject}\r\n` +
      'mime-version: 1.0\r\ncontent-type: multipart/alternative; boundary=part\r\n'
    await say(
      `${head}\r\n${part('text/plain', mail.text)}${part('text/html', mail.html)}--part--\r\n.`,
      '250',
    )
  } finally {
    socket.destroy()
  }
}
