"""What migrations are written with: tables made whole, and the triggers that many of them have."""

from __future__ import annotations

from tortoise.migrations.operations import CreateModel, TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State


class CreateTables(TortoiseOperation):
    """CreateModel operations as one, with the constraints that stand among their options.

    Tortoise's own CreateModel makes no constraints, and before each operation its executor copies
    the state of all models: with one operation for each table and constraint, migrating an empty
    database took half a minute.
    """

    reversible = False

    def __init__(self, *models: CreateModel) -> None:
        self.models = models

    def describe(self) -> str:
        return f"Create models {', '.join(model.name for model in self.models)}"

    def state_forward(self, app_label: str, state: State) -> None:
        for operation in self.models:
            made = ModelState.make_from_model(app_label, operation.model)
            # What a model only knows once its relations are there (pk_attr) is stated.
            made.options.update(operation.options or {})
            state.models[(app_label, operation.name)] = made
        state.reload_models(list(state.models))

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is None:
            return
        for operation in self.models:
            model = new_state.apps.get_model(app_label, operation.name)
            await state_editor.create_model(model)
            for constraint in model._meta.constraints or ():
                await state_editor.add_constraint(model, constraint)


def told(*tables: str) -> list[str]:
    """SQL: every write to one of the tables is told by its name, so that shared reads of it end."""
    return [
        f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        for table in tables
    ]


def append_only(table: str, trigger: str = "") -> str:
    """SQL: the database refuses to alter or delete rows of the table, whoever asks."""
    return (
        f"CREATE TRIGGER {trigger or f'{table}_append_only'}"
        f" BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
