#pragma once
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* Macros of OpenSSL 3.0 that Swift does not import, each as a function without state. */

static inline int copenssl_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}
static inline int copenssl_SSL_CTX_set_max_proto_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_max_proto_version(context, version);
}
static inline int copenssl_SSL_CTX_set1_groups_list(SSL_CTX *context, const char *list) {
    return (int)SSL_CTX_set1_groups_list(context, list);
}
static inline void copenssl_SSL_CTX_set_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_mode(context, mode);
}
static inline void copenssl_SSL_CTX_disable_session_cache(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}
static inline int copenssl_SSL_set_tlsext_host_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}
static inline void copenssl_SSL_set_msg_callback_arg(SSL *ssl, void *argument) {
    SSL_set_msg_callback_arg(ssl, argument);
}
static inline int copenssl_SSL_get_negotiated_group(SSL *ssl) {
    return (int)SSL_get_negotiated_group(ssl);
}
static inline void copenssl_SSL_request_ocsp_staple(SSL *ssl) {
    SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
}
static inline long copenssl_SSL_get_ocsp_staple(SSL *ssl, const unsigned char **bytes) {
    return SSL_get_tlsext_status_ocsp_resp(ssl, bytes);
}
static inline void copenssl_BIO_never_ends(BIO *bio) { BIO_set_mem_eof_return(bio, -1); }
static inline long copenssl_BIO_get_mem_data(BIO *bio, char **data) {
    return BIO_get_mem_data(bio, data);
}
static inline int copenssl_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *copenssl_sk_X509_value(const STACK_OF(X509) *stack, int index) {
    return sk_X509_value(stack, index);
}
static inline STACK_OF(X509) *copenssl_sk_X509_new(void) { return sk_X509_new_null(); }
/* Takes the certificate over when it succeeds. */
static inline int copenssl_sk_X509_push(STACK_OF(X509) *stack, X509 *certificate) {
    return sk_X509_push(stack, certificate);
}
static inline void copenssl_sk_X509_pop_free(STACK_OF(X509) *stack) {
    sk_X509_pop_free(stack, X509_free);
}
static inline int copenssl_sk_GENERAL_NAME_num(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}
static inline GENERAL_NAME *copenssl_sk_GENERAL_NAME_value(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}
/* The string of a DNS name or URI, or the octets of an address; NULL for other kinds. */
static inline const ASN1_STRING *copenssl_GENERAL_NAME_string(const GENERAL_NAME *name) {
    return name->type == GEN_DNS || name->type == GEN_URI ? name->d.ia5
        : name->type == GEN_IPADD                         ? name->d.iPAddress
                                                          : NULL;
}
static inline int copenssl_GENERAL_NAME_type(const GENERAL_NAME *name) { return name->type; }
static inline GENERAL_NAMES *copenssl_X509_alternative_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}
static inline AUTHORITY_INFO_ACCESS *copenssl_X509_authority_access(const X509 *certificate) {
    return (AUTHORITY_INFO_ACCESS *)X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
}
static inline int copenssl_sk_ACCESS_DESCRIPTION_num(const AUTHORITY_INFO_ACCESS *list) {
    return sk_ACCESS_DESCRIPTION_num(list);
}
static inline ACCESS_DESCRIPTION *copenssl_sk_ACCESS_DESCRIPTION_value(
    const AUTHORITY_INFO_ACCESS *list, int index) {
    return sk_ACCESS_DESCRIPTION_value(list, index);
}
static inline CRL_DIST_POINTS *copenssl_X509_crl_points(const X509 *certificate) {
    return (CRL_DIST_POINTS *)X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
}
/* The full names of the distribution point at an index; NULL when it has none. */
static inline GENERAL_NAMES *copenssl_crl_point_names(const CRL_DIST_POINTS *points, int index) {
    DIST_POINT *point = sk_DIST_POINT_value(points, index);
    return point && point->distpoint && point->distpoint->type == 0
        ? point->distpoint->name.fullname
        : NULL;
}
static inline int copenssl_sk_DIST_POINT_num(const CRL_DIST_POINTS *points) {
    return sk_DIST_POINT_num(points);
}
static inline unsigned long copenssl_XN_FLAGS(void) {
    return XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
}
static inline uint64_t copenssl_SSL_OP_NO_TICKET(void) { return SSL_OP_NO_TICKET; }
static inline uint64_t copenssl_SSL_OP_for_asking(void) {
    return SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_RENEGOTIATION;
}
