// What relay-compiler is given: Relay's conventions for nodes, connections, pages and refetching.
import { graphql } from 'relay-runtime';

export const list = graphql`
  query documentsListQuery($first: Int!) {
    ...documents_list @arguments(first: $first)
    network { id reads { value status asOf } }
  }
`;

export const page = graphql`
  fragment documents_list on Query
    @argumentDefinitions(first: { type: "Int!" }, after: { type: "String" })
    @refetchable(queryName: "documentsPageQuery") {
    articles(first: $first, after: $after, orderBy: NEWEST) @connection(key: "documents_articles") {
      edges { node { id title ...documents_article } }
      totalCount
    }
  }
`;

export const article = graphql`
  fragment documents_article on Article @refetchable(queryName: "documentsArticleQuery") {
    id
    title
    author { name }
    posts(first: 3) { edges { node { id account { handle platform } } } }
  }
`;

export const several = graphql`
  query documentsNodesQuery($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename
      id
      ... on Article { title }
      ... on Counted { reads { value } }
    }
  }
`;

export const create = graphql`
  mutation documentsCreateMutation($input: CreateArticleInput!) {
    createArticle(input: $input) {
      __typename
      ... on ArticlePayload { article { id title } }
      ... on Problem { code message path }
    }
  }
`;

export const follow = graphql`
  subscription documentsFollowSubscription($ids: [ID!]!) {
    engagementChanged(ids: $ids) { __typename id reads { value } }
  }
`;
