"""Arranging the tree of categories: by administrators of the whole network."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.categories import actions
from schema.categories.types import Category
from schema.execution.context import Info
from schema.inputs import number_of, number_or_none
from schema.payloads import Payload, mutation
from schema.planner.declare import column, to_one
from schema.planner.readings import stands_on
from schema.problems import Conflict, Forbidden, Invalid, NotFound


@strawberry.input(description="A new category.")
class CreateCategoryInput:
    name: str = strawberry.field(description="Its name, up to 64 letters.")
    slug: str | None = strawberry.field(
        default=None, description="Its name in addresses; made from the name when not given."
    )
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="What it stands below: a Category's id; null: at the top."
    )
    position: int | None = strawberry.field(
        default=None, description="Its place among those beside it, from 1; null: the last."
    )


@strawberry.input(description="Changes to a category; what is not given stays as it is.")
class UpdateCategoryInput:
    id: strawberry.ID = strawberry.field(description="Which category.")
    version: int = strawberry.field(description="The version you saw.")
    name: str | None = strawberry.field(default=None, description="New name.")
    slug: str | None = strawberry.field(default=None, description="New name in addresses.")


@strawberry.input(description="Where a category, with all below it, is to stand.")
class MoveCategoryInput:
    id: strawberry.ID = strawberry.field(description="Which category.")
    version: int = strawberry.field(description="The version you saw.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="What it is to stand below; null: at the top."
    )
    position: int | None = strawberry.field(
        default=None, description="Its place among those there, from 1; null: the last."
    )


@strawberry.input(description="A category that is no longer needed.")
class RemoveCategoryInput:
    id: strawberry.ID = strawberry.field(description="Which category.")
    version: int = strawberry.field(description="The version you saw.")


@stands_on("(SELECT)")
@strawberry.type(description="The category as it now is.")
class CategoryPayload(Payload):
    category: Category = to_one("category_id", "The category.")


@stands_on("(SELECT)")
@strawberry.type(description="What is no longer there.")
class RemovedCategoryPayload(Payload):
    id: strawberry.ID = column("The id it had.", "'Category:' || {row}.category_id")


CategoryResult = Annotated[
    CategoryPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("CategoryResult", description="The category, or why nothing changed."),
]
RemoveCategoryResult = Annotated[
    RemovedCategoryPayload | Forbidden | Invalid | NotFound | Conflict,
    strawberry.union("RemoveCategoryResult", description="What is gone, or why it is still there."),
]


@strawberry.type
class CategoryMutations:
    @mutation("Makes a category; by administrators of the whole network, as all that follow.")
    async def create_category(self, info: Info, input: CreateCategoryInput) -> CategoryResult:
        new = actions.NewCategory(
            name=input.name,
            slug=input.slug,
            parent_id=number_or_none("Category", input.parent_id, "parent_id"),
            position=input.position,
        )
        return CategoryPayload.of(category_id=await actions.create(info.context.act, new))

    @mutation("Calls a category otherwise.")
    async def update_category(self, info: Info, input: UpdateCategoryInput) -> CategoryResult:
        category_id = number_of("Category", input.id, "id")
        await actions.update(info.context.act, category_id, input.version, input.name, input.slug)
        return CategoryPayload.of(category_id=category_id)

    @mutation("Moves a category below another one, or to another place among those beside it.")
    async def move_category(self, info: Info, input: MoveCategoryInput) -> CategoryResult:
        category_id = number_of("Category", input.id, "id")
        parent_id = number_or_none("Category", input.parent_id, "parent_id")
        await actions.move(info.context.act, category_id, input.version, parent_id, input.position)
        return CategoryPayload.of(category_id=category_id)

    @mutation("Removes a category with nothing below it and no articles.")
    async def remove_category(self, info: Info, input: RemoveCategoryInput) -> RemoveCategoryResult:
        category_id = number_of("Category", input.id, "id")
        await actions.remove(info.context.act, category_id, input.version)
        return RemovedCategoryPayload.of(category_id=category_id)
