/* The job of jackrf, written in straightforward C: the neighbour that its figures are held against.
 *
 *     mixclient N M BASEPORT [--server NAME] [--name NAME]
 *
 * N inputs, M stereo mixes with every send open, 20 ms gain ramps, peak meters, bad samples to
 * silence, a limiter at -1 dBFS that adds no latency, local ports mix_01_l, mix_01_r, ..., and L16
 * in RTP to 127.0.0.1, port BASEPORT + 2 * mix. On SIGTERM it prints one line of JSON.
 * Built with -O3 -march=native; the inner loops are written so that the compiler vectorises them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <jack/jack.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

enum { MAX_INPUTS = 64, MAX_MIXES = 32, MAX_FRAMES = 8192, MAX_CYCLES = 1 << 20 };
enum { HEADER = 12, PAYLOAD_TYPE = 96, PACKET_FRAMES = (1280 - HEADER) / 4, ATTACK_FRAMES = 32 };
static const uint32_t INFINITE = 0x7f800000u; /* the bits of infinity; those of a NaN are above */
static const float CEILING = 0.8912509f;      /* -1 dBFS */
static const float RELEASE = 1.0f / 9600.0f;  /* amplitude per frame: 200 ms from silence to 1 */

struct send {
    float now[2], step[2], target[2]; /* left, right */
    uint32_t left;                    /* frames that the ramp still has to go */
};

struct mix {
    struct send sends[MAX_INPUTS];
    jack_port_t *ports[2];
    float limit, peak;
    int socket;
    uint32_t ssrc;
    uint16_t sequence;
    bool marker;
    unsigned long sent, dropped;
};

static int inputs, mixes;
static jack_client_t *client;
static jack_port_t *input_ports[MAX_INPUTS];
static float input_peaks[MAX_INPUTS];
static float cleaned[MAX_INPUTS][MAX_FRAMES];
static struct mix mix_table[MAX_MIXES];
static uint32_t durations[MAX_CYCLES]; /* ns, of the last cycles */
static unsigned long cycles, xruns, bad_samples;
static volatile bool freewheeling;

/* The order of positive floats is that of their bits, and integers vectorise without -ffast-math. */
static uint32_t peak_bits(const float *restrict x, uint32_t n)
{
    uint32_t peak = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        bits &= 0x7fffffffu;
        peak = bits > peak ? bits : peak;
    }
    return peak;
}

static float as_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float peak_of(const float *restrict x, uint32_t n)
{
    return as_float(peak_bits(x, n));
}

/* Return the input, or a copy of it where bad samples are silence: the buffer is not ours. */
static const float *clean(int input, const float *restrict x, uint32_t n)
{
    uint32_t peak = peak_bits(x, n);
    if (peak < INFINITE) {
        input_peaks[input] = as_float(peak);
        return x;
    }
    float *restrict copy = cleaned[input];
    for (uint32_t i = 0; i < n; i++) {
        bool bad = !isfinite(x[i]);
        copy[i] = bad ? 0.0f : x[i];
        bad_samples += bad;
    }
    input_peaks[input] = peak_of(copy, n);
    return copy;
}

static void add_flat(float *restrict l, float *restrict r, const float *restrict x, float gain_l,
                     float gain_r, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        l[i] += gain_l * x[i];
        r[i] += gain_r * x[i];
    }
}

static void add_ramp(float *restrict l, float *restrict r, const float *restrict x,
                     const struct send *send, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        l[i] += (send->now[0] + send->step[0] * (float)(int)i) * x[i];
        r[i] += (send->now[1] + send->step[1] * (float)(int)i) * x[i];
    }
}

static void add_send(float *l, float *r, const float *x, struct send *send, uint32_t n)
{
    uint32_t ramped = send->left < n ? send->left : n;
    if (ramped) {
        add_ramp(l, r, x, send, ramped);
        send->left -= ramped;
        for (int side = 0; side < 2; side++)
            send->now[side] = send->left ? send->now[side] + send->step[side] * (float)ramped
                                         : send->target[side];
    }
    add_flat(l + ramped, r + ramped, x + ramped, send->now[0], send->now[1], n - ramped);
}

static void set_send(struct send *send, float left, float right, uint32_t ramp)
{
    send->target[0] = left;
    send->target[1] = right;
    for (int side = 0; side < 2; side++)
        send->step[side] = (send->target[side] - send->now[side]) / (float)ramp;
    send->left = ramp;
}

/* Scale by a gain that goes from one value to another in the first frames, never above the ceiling. */
static void scale(float *restrict x, uint32_t n, float from, float to, uint32_t ramp)
{
    float step = (to - from) / (float)ramp;
    for (uint32_t i = 0; i < n; i++) {
        float y = x[i] * (i < ramp ? from + step * (float)(int)(i + 1) : to);
        y = y > CEILING ? CEILING : y;
        x[i] = y < -CEILING ? -CEILING : y;
    }
}

static void limit(struct mix *mix, float *l, float *r, uint32_t n)
{
    float peak = fmaxf(peak_of(l, n), peak_of(r, n));
    float need = peak > CEILING ? CEILING / peak : 1.0f;
    float from = mix->limit;
    float to = fminf(need, from + RELEASE * (float)n);
    mix->peak = peak;
    if (from == 1.0f && to == 1.0f)
        return;
    uint32_t ramp = to < from && n > ATTACK_FRAMES ? ATTACK_FRAMES : n;
    scale(l, n, from, to, ramp);
    scale(r, n, from, to, ramp);
    mix->limit = to;
    mix->peak = fmaxf(peak_of(l, n), peak_of(r, n));
}

static int32_t to_int16(float x)
{
    float y = rintf(x * 32768.0f);
    y = y > 32767.0f ? 32767.0f : y;
    y = y < -32768.0f ? -32768.0f : y;
    return (int32_t)y;
}

/* Big-endian L16, left then right: both of a frame as one 32-bit word. */
static void convert(uint32_t *restrict words, const float *restrict l, const float *restrict r,
                    uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t left = (uint32_t)to_int16(l[i]) << 16;
        words[i] = __builtin_bswap32(left | ((uint32_t)to_int16(r[i]) & 0xffffu));
    }
}

/* RFC 3550 5.1. A packet that the socket does not take holds the sequence number. */
static void send_packet(struct mix *mix, const float *l, const float *r, uint32_t n, uint32_t time)
{
    uint32_t packet[HEADER / 4 + PACKET_FRAMES];
    uint32_t marker = mix->marker ? 0x80u : 0u;
    packet[0] = htonl(0x80000000u | (marker | PAYLOAD_TYPE) << 16 | mix->sequence);
    packet[1] = htonl(time);
    packet[2] = htonl(mix->ssrc);
    convert(packet + HEADER / 4, l, r, n);
    if (send(mix->socket, packet, HEADER + 4 * (size_t)n, MSG_DONTWAIT) < 0) {
        mix->dropped++;
        mix->marker = true;
    } else {
        mix->sent++;
        mix->sequence++;
        mix->marker = false;
    }
}

static void send_period(struct mix *mix, const float *l, const float *r, uint32_t n, uint32_t time)
{
    uint32_t packets = (n + PACKET_FRAMES - 1) / PACKET_FRAMES;
    uint32_t slice = (n + packets - 1) / packets;
    for (uint32_t at = 0; at < n; at += slice)
        send_packet(mix, l + at, r + at, n - at < slice ? n - at : slice, time + at);
}

static void process_mix(struct mix *mix, const float **x, uint32_t n, uint32_t time)
{
    float *l = jack_port_get_buffer(mix->ports[0], n);
    float *r = jack_port_get_buffer(mix->ports[1], n);
    memset(l, 0, n * sizeof *l);
    memset(r, 0, n * sizeof *r);
    for (int input = 0; input < inputs; input++)
        add_send(l, r, x[input], &mix->sends[input], n);
    limit(mix, l, r, n);
    if (!freewheeling)
        send_period(mix, l, r, n, time);
}

static uint32_t elapsed_ns(const struct timespec *begin)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (uint32_t)((end.tv_sec - begin->tv_sec) * 1000000000L + end.tv_nsec - begin->tv_nsec);
}

static int process(jack_nframes_t n, void *unused)
{
    (void)unused;
    struct timespec begin;
    const float *x[MAX_INPUTS];
    clock_gettime(CLOCK_MONOTONIC, &begin);
    if (n > MAX_FRAMES)
        return 0;
    uint32_t time = jack_last_frame_time(client);
    for (int input = 0; input < inputs; input++)
        x[input] = clean(input, jack_port_get_buffer(input_ports[input], n), n);
    for (int mix = 0; mix < mixes; mix++)
        process_mix(&mix_table[mix], x, n, time);
    durations[cycles++ % MAX_CYCLES] = elapsed_ns(&begin);
    return 0;
}

static int on_xrun(void *unused)
{
    (void)unused;
    xruns++;
    return 0;
}

static void on_freewheel(int starting, void *unused)
{
    (void)unused;
    freewheeling = starting;
}

static void on_thread_start(void *unused)
{
    (void)unused;
#ifdef __SSE__
    _mm_setcsr(_mm_getcsr() | 0x8040); /* denormals are zero, results flush to zero */
#endif
}

static void fail(const char *what)
{
    fprintf(stderr, "mixclient: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* The sends of bench/cases.py: another gain and pan for each. */
static void set_gains(struct mix *mix, int number, uint32_t ramp)
{
    for (int input = 0; input < inputs; input++) {
        double gain = -14.0 - 0.5 * ((7 * input + 3 * number) % 24);
        double pan = ((5 * input + 2 * number) % 19 - 9) / 10.0;
        double amplitude = pow(10.0, gain / 20.0), angle = (pan + 1.0) * M_PI / 4.0;
        set_send(&mix->sends[input], (float)(amplitude * cos(angle)),
                 (float)(amplitude * sin(angle)), ramp);
    }
}

static void open_mix(struct mix *mix, int number, int base_port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(base_port + 2 * number)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    mix->socket = socket(AF_INET, SOCK_DGRAM, 0);
    if (mix->socket < 0 || connect(mix->socket, (struct sockaddr *)&to, sizeof to) < 0)
        fail("socket");
    mix->ssrc = 0x4a520000u + (uint32_t)number;
    mix->limit = 1.0f;
    for (int side = 0; side < 2; side++) {
        char name[16];
        snprintf(name, sizeof name, "mix_%02d_%c", (number + 1) & 0xff, "lr"[side]);
        mix->ports[side] = jack_port_register(client, name, JACK_DEFAULT_AUDIO_TYPE,
                                              JackPortIsOutput | JackPortIsTerminal, 0);
        if (!mix->ports[side])
            fail(name);
    }
    set_gains(mix, number, jack_get_sample_rate(client) / 50);
}

static void open_ports(int base_port)
{
    for (int input = 0; input < inputs; input++) {
        char name[16];
        snprintf(name, sizeof name, "in_%02d", (input + 1) & 0xff);
        input_ports[input] =
            jack_port_register(client, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
        if (!input_ports[input])
            fail(name);
    }
    for (int mix = 0; mix < mixes; mix++)
        open_mix(&mix_table[mix], mix, base_port);
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void print_statistics(void)
{
    unsigned long n = cycles < MAX_CYCLES ? cycles : MAX_CYCLES, sent = 0, dropped = 0;
    qsort(durations, n, sizeof *durations, ascending);
    for (int mix = 0; mix < mixes; mix++) {
        sent += mix_table[mix].sent;
        dropped += mix_table[mix].dropped;
    }
    printf("{\"cycles\": %lu, \"xruns\": %lu, \"bad_samples\": %lu, \"sent\": %lu, "
           "\"dropped\": %lu, \"callback_us\": {\"p50\": %.1f, \"p99\": %.1f, \"p99_9\": %.1f, "
           "\"max\": %.1f}}\n",
           cycles, xruns, bad_samples, sent, dropped, durations[n * 50 / 100] / 1e3,
           durations[n * 99 / 100] / 1e3, durations[n * 999 / 1000] / 1e3,
           durations[n ? n - 1 : 0] / 1e3);
}

static void wait_for_the_end(const sigset_t *ends)
{
    int signal_number;
    sigwait(ends, &signal_number);
    jack_deactivate(client);
    print_statistics();
    jack_client_close(client);
}

static void read_arguments(int count, char **arguments, const char **server, const char **name)
{
    if (count >= 4) {
        inputs = atoi(arguments[1]);
        mixes = atoi(arguments[2]);
    }
    for (int i = 4; i + 1 < count; i += 2) {
        if (!strcmp(arguments[i], "--server"))
            *server = arguments[i + 1];
        if (!strcmp(arguments[i], "--name"))
            *name = arguments[i + 1];
    }
    if (inputs < 1 || inputs > MAX_INPUTS || mixes < 1 || mixes > MAX_MIXES) {
        fputs("usage: mixclient N M BASEPORT [--server NAME] [--name NAME]; N 1-64, M 1-32\n",
              stderr);
        exit(2);
    }
}

int main(int count, char **arguments)
{
    const char *server = "default", *name = "mixclient";
    sigset_t ends;
    read_arguments(count, arguments, &server, &name);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL); /* before JACK's threads start: they inherit the mask */
    client = jack_client_open(name, JackNoStartServer | JackServerName, NULL, server);
    if (!client)
        fail("no JACK server");
    jack_set_process_callback(client, process, NULL);
    jack_set_xrun_callback(client, on_xrun, NULL);
    jack_set_freewheel_callback(client, on_freewheel, NULL);
    jack_set_thread_init_callback(client, on_thread_start, NULL);
    open_ports(atoi(arguments[3]));
    if (jack_activate(client))
        fail("jack_activate");
    wait_for_the_end(&ends);
    return 0;
}
