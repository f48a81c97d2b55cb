import '../look/look.css';

const heading = document.createElement('h1');
heading.textContent = 'backsight';
(document.getElementById('app') ?? document.body).append(heading);
