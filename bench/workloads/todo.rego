# todo.cedar in Rego. An entity is data.entities[uid]: `attrs`, and `within`,
# all that it is in, itself included.
package bench

default allow := false

principal := data.entities[input.principal]

list := data.entities[input.resource].attrs

open_actions := {`Action::"createList"`, `Action::"getLists"`}

editor_actions := {
	`Action::"updateList"`,
	`Action::"createTask"`,
	`Action::"updateTask"`,
	`Action::"deleteTask"`,
}

allow if {
	input.action in open_actions
	input.resource == `Application::"todo"`
}

allow if list.owner == input.principal

allow if {
	input.action == `Action::"getList"`
	principal.within[list.readers]
}

allow if {
	input.action == `Action::"getList"`
	principal.within[list.editors]
}

allow if {
	input.action in editor_actions
	principal.within[list.editors]
}
