import { z } from 'zod'
import { fromHex } from '../../../base/bytes.ts'
import { ACTIVATION } from '../api-types/estate.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { asked } from '../estate-problem.ts'

function hex(sizeMin: number, sizeMax: number) {
  const pattern = new RegExp(`^([0-9A-Fa-f]{2}){${sizeMin},${sizeMax}}$`)
  return z.string().regex(pattern, `${sizeMin} to ${sizeMax} bytes in hexadecimal`)
}

/** What devices ask the console themselves: each proves who it is in its request. */
export function deviceRoutes(app: ConsoleApp, { field, host, live, secretTriesMax }: ConsoleContext): void {
  app.route({
    method: 'POST',
    url: '/api/device/activate',
    config: { access: 'device', rateLimit: { max: secretTriesMax, timeWindow: 60_000 } },
    schema: {
      summary: 'Activate a device by its code: identity, and the master key for its PIN pad',
      tags: ['device'],
      body: z.object({
        code: z.string().min(1).max(40),
        certificates: z.array(hex(1, 4096)).min(1).max(4),
        nonce: hex(16, 16),
        signature: hex(64, 512),
      }),
      response: { 200: ACTIVATION },
    },
    handler({ body }) {
      const activation = asked(() =>
        field.activation.activate({
          code: body.code,
          certificates: body.certificates.map(fromHex),
          nonce: fromHex(body.nonce),
          signature: fromHex(body.signature),
        }),
      )
      const { terminalId: tid } = activation.profile
      live.publish('estate', { tid })
      return {
        ...activation,
        caKeys: [...activation.caKeys],
        hostPort: host.ports['unionpay-pos'],
      }
    },
  })
}
