# drive.cedar in Rego. An entity is data.entities[uid]: `attrs`, and `within`,
# all that it is in, itself included.
package bench

default allow := false

principal := data.entities[input.principal]

resource := data.entities[input.resource]

owner_actions := {`Action::"read"`, `Action::"write"`, `Action::"share"`}

allow if {
	input.action == `Action::"read"`
	resource.within[principal.attrs.view]
}

allow if {
	input.action == `Action::"read"`
	resource.attrs.isPublic
}

allow if {
	input.action in owner_actions
	some document in principal.attrs.documents
	resource.within[document]
}

allow if {
	input.action in owner_actions
	some folder in principal.attrs.folders
	resource.within[folder]
}

allow if {
	input.action == `Action::"changeOwner"`
	input.resource in principal.attrs.documents
}

allow if {
	input.action == `Action::"createDocument"`
	input.resource in principal.attrs.folders
}
