// SPDX-License-Identifier: MIT
// The same as `scan` with fewer system calls: chains of open, read and close through io_uring.
//
//   uring_scan DIRECTORY
#include "bare.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { batch = 64, entries = 256, prefix_size = 128 };

struct ring {
  int fd;
  struct io_uring_params params;
  char* queues;  // both, in one mapping
  struct io_uring_sqe* requests;
};

static struct ring make_ring(void)
{
  struct ring ring = {.params = {.flags = IORING_SETUP_SINGLE_ISSUER}};
  ring.fd = (int)syscall(SYS_io_uring_setup, entries, &ring.params);
  if (ring.fd < 0) give_up("io_uring_setup");
  size_t submitted = ring.params.sq_off.array + ring.params.sq_entries * sizeof(unsigned);
  size_t completed = ring.params.cq_off.cqes + ring.params.cq_entries * sizeof(struct io_uring_cqe);
  ring.queues = mmap(NULL, submitted > completed ? submitted : completed, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_POPULATE, ring.fd, IORING_OFF_SQ_RING);
  ring.requests = mmap(NULL, ring.params.sq_entries * sizeof *ring.requests, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_POPULATE, ring.fd, IORING_OFF_SQES);
  if (ring.queues == MAP_FAILED || ring.requests == MAP_FAILED) give_up("mmap");
  unsigned* order = (unsigned*)(ring.queues + ring.params.sq_off.array);
  for (unsigned i = 0; i < ring.params.sq_entries; ++i) order[i] = i;

  int none[batch];
  memset(none, -1, sizeof none);  // direct descriptors, one for each file of a batch
  if (syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, none, batch) != 0) {
    give_up("io_uring_register");
  }
  return ring;
}

// The three requests of one file; they must lie next to each other in the ring.
static void ask(struct io_uring_sqe* request, int directory, const char* name, unsigned slot,
                unsigned char* prefix)
{
  memset(request, 0, 3 * sizeof *request);
  request[0].opcode = IORING_OP_OPENAT;
  request[0].flags = IOSQE_IO_LINK;
  request[0].fd = directory;
  request[0].addr = (uintptr_t)name;
  request[0].open_flags = O_RDONLY;
  request[0].file_index = slot + 1;
  request[1].opcode = IORING_OP_READ;
  request[1].flags = IOSQE_FIXED_FILE | IOSQE_IO_HARDLINK;  // a short read must not cut the chain
  request[1].fd = (int)slot;
  request[1].addr = (uintptr_t)prefix;
  request[1].len = prefix_size;
  request[2].opcode = IORING_OP_CLOSE;
  request[2].file_index = slot + 1;
}

static void submit_and_wait(struct ring* ring, unsigned files)
{
  unsigned count = 3 * files;
  unsigned* tail = (unsigned*)(ring->queues + ring->params.sq_off.tail);
  __atomic_store_n(tail, *tail + count, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring->fd, count, count, IORING_ENTER_GETEVENTS, NULL, 0) !=
      (long)count) {
    give_up("io_uring_enter");
  }
  unsigned* head = (unsigned*)(ring->queues + ring->params.cq_off.head);
  struct io_uring_cqe* results = (struct io_uring_cqe*)(ring->queues + ring->params.cq_off.cqes);
  for (unsigned i = 0; i < count; ++i) {
    if (results[(*head + i) & (ring->params.cq_entries - 1)].res < 0) give_up("a file");
  }
  __atomic_store_n(head, *head + count, __ATOMIC_RELEASE);
}

int main(int argc, char** argv)
{
  if (argc != 2) return 2;
  DIR* directory = opendir(argv[1]);
  if (!directory) give_up(argv[1]);
  struct ring ring = make_ring();
  static unsigned char prefixes[batch][prefix_size];
  static char names[batch][NAME_MAX + 1];
  const unsigned mask = ring.params.sq_entries - 1;
  unsigned at = 0;
  unsigned files = 0;
  unsigned sum = 0;
  for (;;) {
    struct dirent* entry = readdir(directory);
    if (entry && entry->d_type == DT_REG) {
      strcpy(names[files], entry->d_name);
      struct io_uring_sqe requests[3];
      ask(requests, dirfd(directory), names[files], files, prefixes[files]);
      for (int i = 0; i < 3; ++i) ring.requests[at++ & mask] = requests[i];
      ++files;
    }
    if (files == batch || (!entry && files > 0)) {
      submit_and_wait(&ring, files);
      for (unsigned i = 0; i < files; ++i) sum += prefixes[i][0];
      files = 0;
    }
    if (!entry) break;
  }
  printf("%u\n", sum);
  return 0;
}
