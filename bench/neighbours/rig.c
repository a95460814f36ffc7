/* What every client is measured between: noise at its inputs, and somebody at its listeners' ports.
 *
 *     rig OUTPUTS SOCKETS BASEPORT [--server NAME] [--name NAME]
 *
 * Plays a different noise from each of its JACK ports out_01, out_02, ..., and takes what arrives
 * at 127.0.0.1, ports BASEPORT, BASEPORT + 2, ... It empties the sockets every 10 ms instead of
 * waiting at them, so that no sender pays for waking it. It prints what has arrived as one line of
 * JSON, on SIGUSR1 and in the end, on SIGTERM.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <jack/jack.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { MAX_OUTPUTS = 64, MAX_SOCKETS = 64, MAX_FRAMES = 8192, NOISE_FRAMES = 1 << 16 };

static int outputs = -1, sockets = -1;
static jack_port_t *ports[MAX_OUTPUTS];
static float noise[NOISE_FRAMES + MAX_FRAMES]; /* its end repeats its beginning */
static uint32_t position;
static int socket_table[MAX_SOCKETS];
static unsigned long packets, bytes;
static volatile sig_atomic_t asked, ended;

static void on_signal(int signal_number)
{
    asked = 1;
    ended = signal_number != SIGUSR1;
}

static void fail(const char *what)
{
    fprintf(stderr, "rig: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int process(jack_nframes_t n, void *unused)
{
    (void)unused;
    if (n > MAX_FRAMES)
        return 0;
    for (int output = 0; output < outputs; output++) {
        uint32_t from = (position + (uint32_t)output * 997u) % NOISE_FRAMES;
        memcpy(jack_port_get_buffer(ports[output], n), noise + from, n * sizeof *noise);
    }
    position = (position + n) % NOISE_FRAMES;
    return 0;
}

/* White noise within +-0.25: no mix of bench/cases.py comes near the limiter's ceiling. */
static void make_noise(void)
{
    uint32_t state = 1;
    for (int i = 0; i < NOISE_FRAMES; i++) {
        state = state * 1664525u + 1013904223u;
        noise[i] = (float)(int32_t)state / 2147483648.0f * 0.25f;
    }
    memcpy(noise + NOISE_FRAMES, noise, MAX_FRAMES * sizeof *noise);
}

static int open_socket(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int opened = socket(AF_INET, SOCK_DGRAM, 0);
    if (opened < 0 || bind(opened, (struct sockaddr *)&at, sizeof at) < 0)
        fail("socket");
    return opened;
}

static void empty_sockets(void)
{
    char packet[2048];
    for (int i = 0; i < sockets; i++) {
        ssize_t size;
        while ((size = recv(socket_table[i], packet, sizeof packet, MSG_DONTWAIT)) >= 0) {
            packets++;
            bytes += (unsigned long)size;
        }
    }
}

static jack_client_t *open_client(const char *server, const char *name)
{
    jack_client_t *client = jack_client_open(name, JackNoStartServer | JackServerName, NULL, server);
    if (!client)
        fail("no JACK server");
    for (int output = 0; output < outputs; output++) {
        char port[16];
        snprintf(port, sizeof port, "out_%02d", (output + 1) & 0xff);
        ports[output] = jack_port_register(client, port, JACK_DEFAULT_AUDIO_TYPE,
                                           JackPortIsOutput | JackPortIsTerminal, 0);
        if (!ports[output])
            fail(port);
    }
    jack_set_process_callback(client, process, NULL);
    if (jack_activate(client))
        fail("jack_activate");
    return client;
}

static void read_arguments(int count, char **arguments, const char **server, const char **name)
{
    if (count >= 4) {
        outputs = atoi(arguments[1]);
        sockets = atoi(arguments[2]);
    }
    for (int i = 4; i + 1 < count; i += 2) {
        if (!strcmp(arguments[i], "--server"))
            *server = arguments[i + 1];
        if (!strcmp(arguments[i], "--name"))
            *name = arguments[i + 1];
    }
    if (outputs < 0 || outputs > MAX_OUTPUTS || sockets < 0 || sockets > MAX_SOCKETS) {
        fputs("usage: rig OUTPUTS SOCKETS BASEPORT [--server NAME] [--name NAME]; 0-64 each\n",
              stderr);
        exit(2);
    }
}

int main(int count, char **arguments)
{
    const char *server = "default", *name = "rig";
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    read_arguments(count, arguments, &server, &name);
    for (int i = 0; i < sockets; i++)
        socket_table[i] = open_socket(atoi(arguments[3]) + 2 * i);
    make_noise();
    jack_client_t *client = open_client(server, name);
    while (!ended) {
        poll(NULL, 0, 10);
        empty_sockets();
        if (asked) {
            asked = 0;
            printf("{\"packets\": %lu, \"bytes\": %lu}\n", packets, bytes);
            fflush(stdout);
        }
    }
    jack_client_close(client);
    return 0;
}
