import { type AddressInfo, createServer } from 'node:net'

// The ceiling: what comes in goes out, one write a chunk.

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (chunk) => socket.write(chunk))
  socket.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit(1))
process.on('message', () => process.send?.({}, () => process.exit(0)))
