/* SPDX-License-Identifier: BSL-1.0 */
#pragma once
/* The types of sys_arch.cpp; null is what is not there. */
#ifdef __cplusplus
extern "C" {
#endif
typedef struct pc_semaphore* sys_sem_t;
typedef struct pc_mutex* sys_mutex_t;
typedef struct pc_mailbox* sys_mbox_t;
typedef void* sys_thread_t;
typedef int sys_prot_t;
#ifdef __cplusplus
}
#endif
#define sys_sem_valid(s) (*(s) != NULL)
#define sys_sem_set_invalid(s) (*(s) = NULL)
#define sys_mutex_valid(m) (*(m) != NULL)
#define sys_mutex_set_invalid(m) (*(m) = NULL)
#define sys_mbox_valid(m) (*(m) != NULL)
#define sys_mbox_set_invalid(m) (*(m) = NULL)
