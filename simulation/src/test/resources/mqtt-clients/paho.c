/* Eclipse Paho's C client against a broker: paho URI VERSION. Publishes to itself at each QoS, retained too, and says
   "nothing wrong" or what was. VERSION is 4 (3.1.1) or 5. */
#include <MQTTClient.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(const char *what, int code) {
    if (code == MQTTCLIENT_SUCCESS) return;
    printf("%s: code %d\n", what, code);
    exit(0);
}

static void expect(MQTTClient client, const char *topic, const char *text, int qos, int retained) {
    char *name = NULL;
    int length = 0;
    MQTTClient_message *message = NULL;
    check("receive", MQTTClient_receive(client, &name, &length, &message, 20000));
    if (message == NULL) { printf("%s did not come at QoS %d\n", text, qos); exit(0); }
    if (strcmp(name, topic) != 0 || message->payloadlen != (int) strlen(text)
            || memcmp(message->payload, text, strlen(text)) != 0 || message->qos != qos || message->retained != retained) {
        printf("wanted %s \"%s\" QoS %d retained %d, got %s \"%.*s\" QoS %d retained %d\n", topic, text, qos, retained,
               name, message->payloadlen, (char *) message->payload, message->qos, message->retained);
        exit(0);
    }
    MQTTClient_freeMessage(&message);
    MQTTClient_free(name);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int five = atoi(argv[2]) == 5;
    char id[32], topic[32];
    snprintf(id, sizeof id, "paho-c-%s", argv[2]);
    snprintf(topic, sizeof topic, "paho/c/%s", argv[2]);
    MQTTClient client;
    MQTTClient_createOptions create = MQTTClient_createOptions_initializer;
    create.MQTTVersion = five ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
    check("create", MQTTClient_createWithOptions(&client, argv[1], id, MQTTCLIENT_PERSISTENCE_NONE, NULL, &create));
    MQTTClient_connectOptions three_options = MQTTClient_connectOptions_initializer;
    MQTTClient_connectOptions five_options = MQTTClient_connectOptions_initializer5;
    if (five) {
        five_options.cleanstart = 1;
        five_options.MQTTVersion = MQTTVERSION_5;
        MQTTResponse answer = MQTTClient_connect5(client, &five_options, NULL, NULL);
        check("connect", answer.reasonCode);
        MQTTResponse_free(answer);
        answer = MQTTClient_subscribe5(client, topic, 2, NULL, NULL);
        if (answer.reasonCode != 2) { printf("subscribe: code %d\n", answer.reasonCode); return 0; }
        MQTTResponse_free(answer);
    } else {
        three_options.cleansession = 1;
        three_options.MQTTVersion = MQTTVERSION_3_1_1;
        check("connect", MQTTClient_connect(client, &three_options));
        check("subscribe", MQTTClient_subscribe(client, topic, 2));
    }
    for (int qos = 0; qos <= 2; qos++) {
        char text[32];
        snprintf(text, sizeof text, "at QoS %d", qos);
        MQTTClient_message message = MQTTClient_message_initializer;
        message.payload = text;
        message.payloadlen = (int) strlen(text);
        message.qos = qos;
        MQTTClient_deliveryToken token;
        if (five) {
            MQTTResponse answer = MQTTClient_publishMessage5(client, topic, &message, &token);
            check("publish", answer.reasonCode);
            MQTTResponse_free(answer);
        } else check("publish", MQTTClient_publishMessage(client, topic, &message, &token));
        if (qos > 0) check("completion", MQTTClient_waitForCompletion(client, token, 20000));
        expect(client, topic, text, qos, 0);
    }
    if (five) check("disconnect", MQTTClient_disconnect5(client, 5000, MQTTREASONCODE_SUCCESS, NULL));
    else check("disconnect", MQTTClient_disconnect(client, 5000));
    MQTTClient_destroy(&client);
    printf("nothing wrong\n");
    return 0;
}
