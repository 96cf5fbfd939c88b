import { type AddressInfo, createServer } from 'node:net'

// The ceiling: what comes in goes out, one write a chunk.

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (chunk) => socket.write(chunk))
  socket.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', (order: string) => {
  if (order === 'usage') process.send?.({ usage: process.cpuUsage(), rss: process.memoryUsage.rss() })
  else process.exit(0)
})
