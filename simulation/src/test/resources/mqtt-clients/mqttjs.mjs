// MQTT.js against a broker: node mqttjs.mjs URL VERSION. Publishes 20 messages to itself at QoS 2 with everything that
// the version has, in parallel, and a retained one; says "nothing wrong" or what was.
import mqtt from "mqtt"

const [url, version] = [process.argv[2], Number(process.argv[3])]
const topic = `js/${version}/${new URL(url).protocol.slice(0, -1)}`
const count = 20
const wrong = []
const got = []

const timer = setTimeout(() => end(`after 30 s: ${got.length} of ${count} messages came`), 30_000)
const client = mqtt.connect(url, {
    protocolVersion: version,
    clientId: topic,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 20_000,
    will: { topic: `${topic}/will`, payload: "gone", qos: 1, retain: false },
    ...(version === 5 ? { properties: { receiveMaximum: 5, topicAliasMaximum: 10, userProperties: { from: "js" } } } : {}),
})
client.on("error", e => end(`error: ${e.message}`))
client.on("close", () => { if (got.length < count) end("the connection was closed") })
client.on("message", (to, payload, packet) => {
    if (packet.qos !== 2) wrong.push(`${to} came at QoS ${packet.qos}`)
    if (packet.retain) wrong.push(`${to} came as a retained one`)
    if (version === 5) {
        const p = packet.properties ?? {}
        if (p.contentType !== "text/plain" || p.responseTopic !== "js/answer" || p.userProperties?.number !== payload.toString())
            wrong.push(`properties of ${payload} are ${JSON.stringify(p)}`)
    }
    got.push(Number(payload.toString()))
    if (got.length === count) finish()
})
client.on("connect", async () => {
    try {
        const granted = await client.subscribeAsync(`${topic}/+`, { qos: 2 })
        if (granted[0].qos !== 2) wrong.push(`QoS 2 was asked for, ${granted[0].qos} granted`)
        await Promise.all(Array.from({ length: count }, (_, i) => client.publishAsync(`${topic}/up`, String(i), {
            qos: 2,
            ...(version === 5
                ? { properties: { contentType: "text/plain", responseTopic: "js/answer", correlationData: Buffer.from([i]), messageExpiryInterval: 60, userProperties: { number: String(i) } } }
                : {}),
        })))
    } catch (e) {
        end(`error: ${e.message}`)
    }
})

async function finish() {
    if (got.some((n, i) => n !== i)) wrong.push(`the order was ${got}`)
    await client.unsubscribeAsync(`${topic}/+`)
    await client.endAsync()
    end()
}

function end(why) {
    clearTimeout(timer)
    if (why) wrong.push(why)
    console.log(wrong.length === 0 ? "nothing wrong" : wrong.join("\n"))
    process.exit(0)
}
