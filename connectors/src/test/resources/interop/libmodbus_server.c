/* A Modbus server that is not ours: libmodbus with four tables. For tests alone.
 *   libmodbus_server tcp PORT        (PORT 0: any free one; the port is printed)
 *   libmodbus_server rtu DEVICE UNIT (9600 8N1)
 */
#include <arpa/inet.h>
#include <modbus.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static modbus_mapping_t *tables(void) {
    modbus_mapping_t *m = modbus_mapping_new(100, 100, 200, 200);
    m->tab_input_bits[3] = 1;
    m->tab_input_registers[4] = 215;
    m->tab_input_registers[10] = 0x4366; /* 230.5 as IEEE 754, high word first (its own helpers disagree by version) */
    m->tab_input_registers[11] = 0x8000;
    m->tab_input_registers[12] = 0xCCCD; /* 49.95, low word first */
    m->tab_input_registers[13] = 0x4247;
    m->tab_registers[7] = 80;
    return m;
}

int main(int argc, char **argv) {
    modbus_t *ctx;
    int listener = -1;
    if (argc >= 3 && strcmp(argv[1], "tcp") == 0) {
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
        socklen_t length = sizeof at;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        listener = socket(AF_INET, SOCK_STREAM, 0);
        if (bind(listener, (struct sockaddr *) &at, sizeof at) != 0 || listen(listener, 5) != 0) return 1;
        getsockname(listener, (struct sockaddr *) &at, &length);
        ctx = modbus_new_tcp("127.0.0.1", ntohs(at.sin_port));
        printf("%d\n", ntohs(at.sin_port));
    } else if (argc >= 4) {
        ctx = modbus_new_rtu(argv[2], 9600, 'N', 8, 1);
        modbus_set_slave(ctx, atoi(argv[3]));
        if (modbus_connect(ctx) != 0) return 1;
        printf("0\n");
    } else return 2;
    fflush(stdout);
    modbus_mapping_t *map = tables();
    for (;;) {
        uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
        if (listener >= 0 && modbus_tcp_accept(ctx, &listener) < 0) return 1;
        for (;;) {
            int length = modbus_receive(ctx, request);
            if (length > 0) modbus_reply(ctx, request, length, map);
            else if (length < 0 && listener >= 0) break;
            else if (length < 0) usleep(1000);
        }
        modbus_close(ctx);
    }
}
