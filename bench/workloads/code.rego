# code.cedar in Rego. An entity is data.entities[uid]: `attrs`, and `within`,
# all that it is in, itself included.
package bench

default allow := false

principal := data.entities[input.principal]

repository := data.entities[input.resource].attrs

owner := data.entities[repository.owner].attrs

# The roles that may do it.
roles := {
	`Action::"read"`: ["readers", "triagers", "writers", "maintainers", "admins"],
	`Action::"triage"`: ["triagers", "writers", "maintainers", "admins"],
	`Action::"write"`: ["writers", "maintainers", "admins"],
	`Action::"maintain"`: ["maintainers", "admins"],
	`Action::"admin"`: ["admins"],
}

owner_roles := {
	`Action::"read"`: ["readers", "writers", "admins"],
	`Action::"triage"`: ["writers", "admins"],
	`Action::"write"`: ["writers", "admins"],
	`Action::"maintain"`: ["admins"],
	`Action::"admin"`: ["admins"],
}

allow if {
	some role in roles[input.action]
	principal.within[repository[role]]
}

allow if {
	some role in owner_roles[input.action]
	principal.within[owner[role]]
}
