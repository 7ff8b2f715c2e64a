/* SPDX-License-Identifier: Apache-2.0 */
/* cedar_fixture.h - a schema that has every kind of type, and policies. */
#ifndef ZTA_FUZZ_CEDAR_FIXTURE_H
#define ZTA_FUZZ_CEDAR_FIXTURE_H

static const char fixture_schema[] =
    "entity Role;\n"
    "entity Color enum [\"red\", \"blue\"];\n"
    "entity User in [Role] { n: Long, s?: String, b: Bool, e: Role,\n"
    "  set: Set<Long>, r: { k?: String }, d: decimal, ip: ipaddr,\n"
    "  t: datetime, u: duration } tags Set<String>;\n"
    "entity Doc { owner: User, color: Color };\n"
    "action all;\n"
    "action view in [all] appliesTo { principal: User, resource: Doc,\n"
    "  context: { n: Long, ip?: ipaddr, who?: User } };\n";
static const char fixture_policies[] =
    "permit(principal in Role::\"r\", action in Action::\"all\", resource)\n"
    "when { context.n > 1 && resource.owner == principal };\n"
    "forbid(principal, action, resource)\n"
    "when { context has ip && context.ip.isInRange(ip(\"10.0.0.0/8\")) }\n"
    "unless { principal.d.lessThan(decimal(\"1.5\")) };\n";

#endif
